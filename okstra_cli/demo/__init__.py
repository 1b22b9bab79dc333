"""The story that `git okstra demo` tells: real git and the real program in a small repository of their own."""
