"""What agents are equipped with: skills, agent definitions and permission rules, installed beside a person's own."""
