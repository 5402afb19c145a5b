"""Validators: the values that each kind of setting accepts, and the types they become."""
