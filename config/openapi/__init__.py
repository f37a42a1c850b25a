"""The API described for machines: OpenAPI 3.1, at `/api/schema`, and kept in docs/openapi.yaml.

`commands.py` and `queries.py` are the tables: for each view and method what it takes and answers. What may stand in a
body comes from the views' own serializers, what in an address from their own checks, what an answer holds from
`bodies.py`. `schema.py` puts them together.
"""
