"""Train models, use them, and remove a deployment, from Python or the command line.

    from client.deployment import Deployment
    from client.executions.start import start
    from client.executions.watch import watch

    deployment = Deployment()
    result = watch(deployment, start(deployment, {"num_topics": 10}))

`client.predict`, `client.executions.history` and `client.operations` complete the Python API. It talks to the
AWS endpoints of the environment: those of an account, or those of the local AWS.
"""
