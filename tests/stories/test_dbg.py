from tests.stories.test_landed import *
from tests.stories.conftest import story
def test_dbg(story):
    story.stage("login", "A1", "A2")
    story.advance("M")
    story.git("checkout", "-q", "--detach", "login")
    story.git("rebase", "-q", "main")
    print(story.last.err, story.last.out)
    print(story.okstra("log", KEY, "--text").out)
    print(story.ask("log","--all","--graph","--oneline","--decorate"))
    assert 0
