"""The workers behind queues, the table's stream and the clock. They run without app.py."""

from chalice import Blueprint, Rate

workers = Blueprint(__name__)

# The real ARNs are put in by infra/resources.yaml: the stack owns its queues and its table.
QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder"
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/placeholder/stream/2020-01-01T00:00:00.000"


@workers.on_sqs_message(queue_arn=QUEUE, name="receive", batch_size=10)
def receive(event):
    return {"batchItemFailures": []}


@workers.on_dynamodb_record(stream_arn=STREAM, name="react", batch_size=100)
def react(event):
    return None


@workers.on_sqs_message(queue_arn=QUEUE, name="deliver", batch_size=10)
def deliver(event):
    return {"batchItemFailures": []}


@workers.on_sqs_message(queue_arn=QUEUE, name="push", batch_size=10)
def push(event):
    return {"batchItemFailures": []}


@workers.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def tick(event):
    return None
