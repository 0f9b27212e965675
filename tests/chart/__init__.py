"""Tests of the pages of one client."""
