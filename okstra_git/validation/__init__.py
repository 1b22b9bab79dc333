"""What a finished run owes: rules over its documents, asked before it ends and by `validate`."""
