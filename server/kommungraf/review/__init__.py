"""What people should look at: disagreements, gaps, and the checks of a municipality."""
