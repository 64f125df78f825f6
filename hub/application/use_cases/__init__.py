"""One file for each thing that people do. A use case asks the guard, changes the domain, writes down what to say."""
