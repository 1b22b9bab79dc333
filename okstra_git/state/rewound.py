"""Takes a log of others as it is now, after it was rewound or rewritten where it comes from."""

from dataclasses import replace

from okstra_git.git.repo import Git
from okstra_git.state import layout
from okstra_git.state.cache import load_fold, save_fold
from okstra_git.state.heeding import is_ignored


def accept_rewound(git: Git, name: str) -> bool:
    """Forget what this writer's logs, or the log under this ref, held before; False when nothing was missing."""
    path = layout.cache_file(git.private_dir)
    cached = load_fold(path)
    left = {ref: tip for ref, tip in cached.rewound.items() if not is_ignored(ref, [name])} if cached else {}
    if cached is None or left == dict(cached.rewound):
        return False
    save_fold(path, replace(cached, rewound=left))
    return True
