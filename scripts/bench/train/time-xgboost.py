"""Times XGBoost on one thread. Reads float32 features and labels from files, writes margins and seconds."""

import json
import sys
import time

import numpy
import xgboost

given = json.load(sys.stdin)
width = given["features"]
table = numpy.fromfile(given["table"], dtype=numpy.float32).reshape(-1, width)
labels = numpy.fromfile(given["labels"], dtype=numpy.float32)
train = given["trainRows"]
parameters = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_bin": given["bins"],
    "max_depth": given["depth"],
    "eta": given["learningRate"],
    "lambda": given["l2"],
    "min_child_weight": given["minLeafWeight"],
    "nthread": 1,
    "seed": 1,
    "verbosity": 0,
}
began, cpu_began = time.perf_counter(), time.process_time()
matrix = xgboost.DMatrix(table[:train], label=labels[:train], nthread=1)
model = xgboost.train(parameters, matrix, num_boost_round=given["trees"])
elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu_began
margins = model.predict(xgboost.DMatrix(table[train:], nthread=1), output_margin=True)
margins.astype(numpy.float32).tofile(given["margins"])
json.dump({"version": xgboost.__version__, "seconds": elapsed, "cpuSeconds": cpu}, sys.stdout)
