"""The version of this release, importable without asking the package metadata, which costs 40 ms."""

VERSION = "0.1.0"
