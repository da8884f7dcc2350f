"""Each resource of a FHIR bundle against the R5 models of the Python package fhir.resources: an outside judge of what `cognate lot fhir LOT --release R5` writes.

    pip install fhir.resources==8.3.0
    python3 scripts/fhir-r5-check.py bundle.json

Prints how many of how many are valid, and what is wrong with the others; exits 1 where one is not, or there is none.
"""
import json
import sys
from fhir.resources import get_fhir_model_class

valid, resources = 0, [entry["resource"] for entry in json.load(open(sys.argv[1]))["entry"]]
for resource in resources:
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        valid += 1
    except Exception as fault:
        print("%s/%s: %s" % (resource["resourceType"], resource["id"], fault))
print("%d of %d resources are valid R5" % (valid, len(resources)))
sys.exit(0 if resources and valid == len(resources) else 1)
