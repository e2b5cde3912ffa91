from odoo import models

from ..channels.document import RiskLevel


class OmsIntake(models.AbstractModel):
    """The risk of fraud that a channel gives for its order."""

    _inherit = "oms.intake"

    # === BUSINESS METHODS - RISK === #

    def _risk_causes(self, order, document):
        risk, threshold = document.risk, order.oms_channel_id.risk_threshold
        if not risk or threshold == "off" or not risk.reaches(RiskLevel(threshold)):
            return []

        def say(env):
            level = {
                RiskLevel.LOW: env._("low"),
                RiskLevel.MEDIUM: env._("medium"),
                RiskLevel.HIGH: env._("high"),
            }[risk.level]
            score = "" if risk.score is None else f" ({risk.score.normalize():f})"
            return env._(
                "The channel thinks that the risk of fraud is %(level)s%(score)s. "
                "%(text)s",
                level=level,
                score=score,
                text=risk.text,
            ).strip()

        return [("fraud_suspected", say, risk.level.value)]
