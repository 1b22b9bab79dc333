"""Workers: the supervisor of an agent program, its status file, and what is known of a dead one."""
