"""The wizard: questions that lead to the arguments of a prepare, the same for agents and for people."""
