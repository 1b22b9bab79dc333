"""Opens and writes files below a root, whatever lies there: no link leads out, nothing waits, nothing is endless.

`root.py` is what others use, `looking.py` is the half of it that opens nothing, `named.py` reads what a person names;
`resolve.py` is the grammar of paths and goes from folder to folder by descriptors, `files.py` reads and writes one file
in an open folder, and `refusals.py` says what can be wrong.
"""
