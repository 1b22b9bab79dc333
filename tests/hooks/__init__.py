"""Tests of the hook shims and of their installation, with real git and real shells."""
