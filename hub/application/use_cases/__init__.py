"""One file for each thing that people do. A use case asks the guard, changes the domain, and writes down what to say."""
