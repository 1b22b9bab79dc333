"""Verified stages become pull requests: evidence, eligibility, groups, assembly, publishing, forecasts."""
