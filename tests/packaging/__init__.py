"""Builds and tries what is handed out (`make dist`): wheel, sdist, and the recipes of other package managers."""
