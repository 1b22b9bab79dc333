"""Asks `prove` about every move of a stage that reconcile proved and recorded: the two have to agree, both ways."""

from tests.kit.scenario import World


def prove_moves_again(world: World, key: str) -> int:
    """Assert that `prove` says of each move of the task what reconcile said; how many could be asked about.

    What is partly absorbed is not the same. A range that begins with the first commit cannot be written out, and one
    whose commits are gone cannot be asked about.
    """
    facts = [event["fact"] for event in world.okstra("log", key, "-n", "9999", "--json").json["events"]]
    stages = [fact for fact in facts if fact["type"] in ("stage.done", "stage.moved")]
    ranges = {fact["range"]["head"]: fact["range"] for fact in reversed(stages)}
    count = 0
    for move in stages:
        if move["type"] != "stage.moved" or move["proof"] in ("user", "restored"):
            continue
        sides = [ranges[move["old"]], move["range"]]
        texts = [f"{side['base']}..{side['head']}" for side in sides]
        if None in (side["base"] for side in sides):
            continue
        for pair in (texts, texts[::-1]):
            answer = world.okstra("prove", *pair, "--json", exit=None).json
            if answer.get("error", {}).get("code") == "ref.unresolvable":
                continue
            assert answer["same"] is not move["evidence"]["partly_absorbed"], (move["proof"], pair, answer)
            count += 1
    return count
