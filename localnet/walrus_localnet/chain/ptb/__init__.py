"""Programmable transactions: from checked inputs to what they write."""
