"""The live views, one module to a notebook: its controls, its model, and how its arrays are laid out."""
