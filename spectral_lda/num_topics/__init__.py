"""The number of topics: proposed by the spectrum of the data, confirmed by held-out documents."""
