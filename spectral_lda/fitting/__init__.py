"""Learning a model: settings, the checks of the data, and the steps in order."""
