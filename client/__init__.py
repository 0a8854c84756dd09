"""Train, watch, ask and take away a deployment, from Python or the command line.

    from client.deployment import Deployment
    from client.executions.start import start
    from client.executions.watch import watch

    ending = watch(deployment := Deployment(), start(deployment, {"num_topics": 10}))

It talks to whatever AWS the environment names, and never knows whether that is an account or this machine.
"""
