"""Pages for people: what they show, as plain values, and how these become one file of HTML."""
