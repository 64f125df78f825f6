"""The portal through its front door: a real database, real policies, a real HTTP client."""
