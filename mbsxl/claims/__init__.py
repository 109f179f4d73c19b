"""What is owed when, per unit of face: the pass-through and other claims on loans, settled on a day."""
