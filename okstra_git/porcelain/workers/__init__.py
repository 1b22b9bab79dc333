"""Workers as commands have them: started, looked at, waited for, stopped."""
