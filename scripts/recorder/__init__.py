"""Ask the real tools what they do, and write down what they answer. README.md says how; needs Linux and root."""
