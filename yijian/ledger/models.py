from django.db import models
from django.db.models import F, Q

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.ledger import kinds
from yijian.people.models import Region, Unit


class Place(models.Model):
    """一个适用同一摞制度包的地方；台账自 keep_from 起记。"""

    UNSCOPED = "各地适用哪些文件是公开信息"

    region = models.OneToOneField(Region, on_delete=models.PROTECT, primary_key=True, related_name="+")
    packs = models.JSONField("制度包（由上到下）", default=list)
    keep_from = models.DateField("台账启用日")
    stack_hash = models.CharField(max_length=64, blank=True)
    opened_until = models.DateField("已展开至", null=True, blank=True)
    loaded_at = models.DateTimeField(default=clock.now)


class Jurisdiction(models.Model):
    """区划归哪个地方：由区划树与制度包算出，重建即得。"""

    UNSCOPED = "区划与地方的对应是公开信息"

    region = models.OneToOneField(Region, on_delete=models.CASCADE, primary_key=True, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="jurisdictions")


class Rule(models.Model):
    """某地一项在用义务：叠加取严之后的一条，连同它的全部出处。"""

    UNSCOPED = "制度条款是公开信息"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="rules")
    pack = models.CharField("制度包", max_length=80)
    pack_version = models.CharField(max_length=64)
    key = models.CharField("义务", max_length=80)
    material_hash = models.CharField(max_length=64)
    duty = models.CharField("义务名称标识", max_length=80)
    duty_label = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    clause = models.CharField(max_length=40)
    clauses = models.JSONField("同义务的其他条款", default=list)
    phrase = models.CharField("条文关键语", max_length=60, blank=True)
    by = models.CharField(max_length=10, choices=[("unit", "单位"), ("facility", "机构")])
    each = models.CharField(max_length=12, choices=list(kinds.EACH.items()))
    trigger = models.CharField("触发事实", max_length=60, blank=True)
    shape = models.CharField(max_length=20)
    when = models.JSONField()
    when_text = models.CharField("时限", max_length=80)
    who = models.JSONField()
    evidence = models.JSONField()
    needed = models.PositiveIntegerField(default=1)
    distinct = models.BooleanField("须各类齐全", default=False)
    cap = models.BooleanField("上限", default=False)
    warn_days = models.PositiveIntegerField(default=10)
    supervise_after = models.PositiveIntegerField("逾期多少个工作日督办", default=5)
    review = models.BooleanField(default=False)
    local = models.BooleanField("本地口径", default=False)
    verify = models.CharField("核验标记", max_length=2, blank=True)
    note = models.TextField(blank=True)
    sources = models.JSONField("全部出处", default=list)
    conflict = models.BooleanField("出处有差异", default=False)
    in_force_from = models.DateField()
    in_force_to = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "pack", "key", "material_hash"], name="one_rule_per_place_and_wording"
            ),
            models.CheckConstraint(condition=Q(needed__gte=1), name="a_rule_needs_at_least_one_record"),
        ]


class RuleUnit(models.Model):
    """义务由哪些职能的单位承担（牵头、责任、属地）。"""

    UNSCOPED = "制度条款是公开信息"

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="units")
    role = models.CharField(max_length=12, choices=list(kinds.ROLES.items()))
    function = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "role", "function"], name="a_unit_has_a_role_once_in_a_rule"
            )
        ]


class RuleSubject(models.Model):
    """义务落在谁身上：机构种类、辖区或单位职能，三者居其一。"""

    UNSCOPED = "制度条款是公开信息"

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="subjects")
    kind = models.CharField("机构种类", max_length=20, blank=True)
    function = models.CharField("单位职能", max_length=40, blank=True)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, null=True, blank=True, related_name="+")


class RuleEvidence(models.Model):
    """哪些事实可以履行这项义务。"""

    UNSCOPED = "制度条款是公开信息"

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="proofs")
    fact_kind = models.CharField(max_length=60)
    variant = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["fact_kind", "rule"], name="evidence_by_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "fact_kind", "variant"], name="evidence_is_named_once_in_a_rule"
            )
        ]


class Slot(models.Model):
    """一项义务的一个时段：起止、到期日、接受记录的窗口。"""

    UNSCOPED = "由制度与日历算出"

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="slots")
    start = models.DateField()
    end = models.DateField()
    label = models.CharField(max_length=30, blank=True)
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    warn_on = models.DateField(null=True, blank=True)
    window_from = models.DateField()
    window_to = models.DateField()
    bind_on = models.DateField("约束这一天在营的机构")
    provisional = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "start"], name="a_rule_has_one_slot_per_start"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="a_slot_ends_after_it_starts"),
        ]


class Fact(models.Model):
    """一件发生过的事：只追加；更正靠撤回（另一条事实），从不改写。"""

    SCOPE = Scope(region="region_path", facility_unit="facility__unit_id")

    uid = models.CharField(max_length=36, unique=True)
    kind = models.CharField(max_length=60)
    variant = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=80)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120)
    case_key = models.CharField("同一件事的串号", max_length=60)
    target_rule = models.CharField("指定补做的义务", max_length=170, blank=True)
    target_subject = models.CharField(max_length=60, blank=True)
    target_start = models.DateField(null=True, blank=True)
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField()
    about_on = models.DateField("所涉日期", null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.BigIntegerField(null=True, blank=True)
    recorded_name = models.CharField(max_length=80)
    recorded_unit = models.CharField(max_length=120, blank=True)
    batch = models.CharField(max_length=36, blank=True)
    retracts = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="retraction"
    )
    reason = models.CharField(max_length=300, blank=True)
    payload = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["facility", "kind", "occurred_on"], name="fact_by_facility"),
            models.Index(fields=["case_key"], name="fact_by_case"),
            models.Index(fields=["kind", "occurred_on"], name="fact_by_kind"),
            models.Index(fields=["region_path", "occurred_on"], name="fact_by_region"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(retracts__isnull=True) | ~Q(reason=""), name="a_retraction_gives_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(target_rule="", target_subject="", target_start__isnull=True)
                | (~Q(target_rule="") & ~Q(target_subject="") & Q(target_start__isnull=False)),
                name="a_target_is_named_whole_or_not_at_all",
            ),
        ]


class FactDocument(models.Model):
    """事实的证据。"""

    SCOPE = Scope(region="fact__region_path", facility_unit="fact__facility__unit_id")

    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fact", "document"], name="a_document_proves_a_fact_once")
        ]


class Review(models.Model):
    """牵头单位对履责记录的审核：一条记录审一次，不认可的另记。"""

    SCOPE = Scope(region="fact__region_path")

    fact = models.OneToOneField(Fact, on_delete=models.PROTECT, related_name="review")
    accepted = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted=True) | ~Q(reason=""), name="a_rejection_gives_its_reason"
            )
        ]


class Obligation(models.Model):
    """一条义务：谁、做什么、何时到期。状态由存下的日期算出，从不计数。"""

    SCOPE = Scope(region="region_path", facility_unit="facility__unit_id")

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="obligations")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=60)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    trigger = models.ForeignKey(Fact, on_delete=models.PROTECT, null=True, blank=True, related_name="opened")
    case_key = models.CharField("事件义务的串号", max_length=60, null=True, blank=True)
    region_path = models.CharField(max_length=120)
    slot_start = models.DateField()
    slot_end = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField("到期时刻（过此即逾期）", null=True, blank=True)
    warn_on = models.DateField(null=True, blank=True)
    window_from = models.DateField()
    window_to = models.DateField()
    needed = models.PositiveIntegerField(default=1)
    provisional = models.BooleanField(default=False)
    pack_version = models.CharField(max_length=64)
    known_at = models.DateTimeField("自何时可知")
    done_at = models.DateTimeField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    breached_on = models.DateField("超限日期", null=True, blank=True)
    na_on = models.DateField("认定不适用日期", null=True, blank=True)
    void_at = models.DateTimeField("不再成立的时刻", null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["facility", "rule", "slot_start"], name="obligation_by_facility"),
            models.Index(fields=["rule", "due_on"], name="obligation_by_rule"),
            models.Index(
                fields=["place", "due_on", "id"],
                name="obligation_open_by_place",
                condition=Q(done_at__isnull=True) & Q(na_on__isnull=True) & Q(void_at__isnull=True),
            ),
            models.Index(fields=["region_path", "due_on"], name="obligation_by_region"),
            models.Index(fields=["case_key"], name="obligation_by_case", condition=Q(case_key__isnull=False)),
            models.Index(fields=["unit", "rule"], name="obligation_by_unit", condition=Q(unit__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject", "slot_start"], name="one_obligation_per_subject_and_slot"
            ),
            models.CheckConstraint(
                condition=(Q(done_at__isnull=True) & Q(done_on__isnull=True))
                | (Q(done_at__isnull=False) & Q(done_on__isnull=False)),
                name="an_obligation_done_has_day_and_instant",
            ),
        ]


class Discharge(models.Model):
    """哪条事实履行了哪条义务：由二者算出，重建即得。"""

    SCOPE = Scope(region="obligation__region_path", facility_unit="obligation__facility__unit_id")

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="discharges")
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="discharges")
    part = models.CharField(max_length=110)
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField()
    known_at = models.DateTimeField("自何时可知")
    retracted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["obligation", "fact"], name="a_fact_discharges_a_duty_once")
        ]


class Escalation(models.Model):
    """阶梯：提醒、逾期告知、督办，每级一次。"""

    SCOPE = Scope(region="obligation__region_path", facility_unit="obligation__facility__unit_id")

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(
        max_length=12, choices=[("remind", "提醒"), ("overdue", "逾期告知"), ("order", "督办")]
    )
    at = models.DateTimeField(default=clock.now)
    order = models.ForeignKey(
        "SupervisionOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obligation", "step"], name="each_step_is_taken_once")]


class SupervisionOrder(models.Model):
    """督办单（南开 十四；曲靖 十六）。"""

    SCOPE = Scope(region="region_path", unit="unit_id")

    number = models.CharField(max_length=40, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=list(kinds.ORDER.labels.items()), default="issued")
    issued_at = models.DateTimeField(default=clock.now)
    issued_by = models.CharField(max_length=80)
    reply_due_on = models.DateField()
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="issued") | ~Q(reply=""), name="an_answered_order_holds_its_reply"
            ),
        ]


class SavedFilter(models.Model):
    """个人保存的台账筛选。"""

    SCOPE = Scope(account="account_id")

    account_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "name"], name="a_filter_name_is_used_once")
        ]


class Followed(models.Model):
    """台账跟上的是这家机构哪一版：与档案的 updated_at 不同，就是还没跟上。"""

    UNSCOPED = "内部进度"

    facility = models.OneToOneField(Facility, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.DateTimeField()
