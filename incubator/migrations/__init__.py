"""The schema's history. 0001 comes from the models, 0002 adds what Tortoise has no words for."""
