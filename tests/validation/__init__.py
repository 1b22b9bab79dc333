"""Tests of the rules for what runs leave."""
