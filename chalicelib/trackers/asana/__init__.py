"""Asana: the tasks of one project."""
