from . import event, event_challenge
