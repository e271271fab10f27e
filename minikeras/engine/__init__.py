"""What turns layers into models that train: graph, compilation, data, loops, summaries."""
