"""Programs in place of containers: images, child processes, their archives and log streams."""
