"""The demo: the notebook's steps from an empty local AWS to a destroyed deployment."""
