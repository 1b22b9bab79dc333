"""The lead of a run as commands have it: started, taken up again, driven from phase to phase."""
