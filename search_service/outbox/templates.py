"""What messages say.  Short messages are at most 70 characters with their values: one SMS in UCS-2."""

from collections.abc import Mapping
from dataclasses import dataclass

from search_service.errors import DeclarationError


@dataclass(frozen=True, slots=True)
class Template:
    """A text with {named} values; `subject` is for mail."""

    subject: str
    text: str


TEMPLATES: Mapping[str, Template] = {
    "code.register": Template("注册验证码", "【质寻】注册验证码 {code},10 分钟内有效。非本人操作请忽略,切勿告诉他人。"),
    "code.reset": Template("重置密码验证码", "【质寻】重置密码验证码 {code},10 分钟内有效。平台人员不会索要。"),
    "registered_already": Template("您已注册", "【质寻】有人用此号码注册,您已有账号,请直接登录;忘记密码可重置。"),
    "activate": Template("设置您的密码", "【质寻】账号已开通,请在 24 小时内打开链接设置密码:{link}"),
    "password_changed": Template("密码已修改", "【质寻】您的密码已修改,其他设备已退出。如非本人操作,请立即重置密码。"),
    "login_failures": Template("登录失败提醒", "【质寻】账号多次登录失败,已限制陌生设备登录。如非本人操作请改密码。"),
    "membership_approved": Template("关联已通过", "【质寻】您与“{name}”的关联已通过审核。"),
    "membership_refused": Template("关联未通过", "【质寻】您与“{name}”的关联未通过审核:{reason}"),
    "staff.missed_response": Template(
        "未按时响应", "【质寻】需求 {number} 未在 {due} 前与用户联系,请尽快联系。平台不会代为联系。"
    ),
    "staff.escalated": Template(
        "推荐时限提醒", "【质寻】需求 {number} 的推荐时限已用去 {percent}%,应于 {due} 前推荐,请处理。"
    ),
    "staff.overdue": Template("推荐已超时", "【质寻】需求 {number} 应于 {due} 前推荐,现已超时,请立即处理。"),
    "staff.woken": Template(
        "有新的机构可推荐", "【质寻】需求 {number} 有新的机构可满足,已生成草稿,请在待办中核对后发送。"
    ),
    "guest_link": Template("需求查询链接", "【质寻】您的需求已受理,凭此链接查看进展(请勿转发):{link}"),
    "requirement_received": Template(
        "需求已受理", "【质寻】需求 {number} 已受理,{respond} 前响应,{recommend} 前推荐机构。登录后可查看进展。"
    ),
    "requirement_question": Template(
        "需求需要补充", "【质寻】需求 {number} 有一个问题需要您补充,请从查询链接或登录后回答。"
    ),
    "recommended": Template("推荐意见已发出", "【质寻】您的需求 {number} 已有推荐意见,请{way}。"),
    "nobody_met": Template(
        "暂无可确认的机构", "【质寻】需求 {number} 暂无可确认满足的机构,平台正在寻找外部机构,详情请{way}。"
    ),
    "referral_informed": Template("已找到外部机构", "【质寻】已为需求 {number} 找到外部机构:{name},{contact}"),
    "referral_none": Template(
        "暂未找到外部机构", "【质寻】需求 {number} 暂未找到外部机构;需求继续保留,有新的能力将再推荐。"
    ),
}
"""By name; who sends something new adds a line."""


def fill(name: str, params: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text.

    Raises:
        DeclarationError: no such template, or a value that it needs is missing.
    """
    try:
        found = TEMPLATES[name]
        return found.subject, found.text.format_map(dict(params))
    except KeyError as error:
        raise DeclarationError(f"消息模板“{name}”不存在或缺少取值 {error}") from None
