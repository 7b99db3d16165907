"""安全管理员的动词：解除登录锁定。"""

from yijian.access import lockout
from yijian.audit.services import record
from yijian.kernel.errors import Refused
from yijian.people.models import Account
from yijian.people.verbs import verb
from yijian.people.viewer import Viewer


@verb("people.security")
def unlock_account(*, account: Account, by: Viewer) -> None:
    """解除锁定：清除该账号的失败计数。"""
    if not lockout.is_locked(account.username):
        raise Refused(f"“{account.name}”的账号没有被锁定。")
    lockout.clear(account.username)
    record("account.unlocked", by=by, subject=("account", account.pk, account.name))
