"""Short names of counties that are ordinary words, too: 石棉, 比如, 延长, 公安, 光明, 路桥.

Picked by hand out of the short names that jieba's dictionary knows as something else than a place, and of those places
whose name everybody uses for a thing (路桥, 商城, 新建).  Alone such a word is that word: it is a place where it
carries 县, 区 or 市, or stands beside a place that holds it.
"""

PLACE_WORDS = frozenset(
    # What one does, and how something is.
    "比如 延长 解放 通道 前进 互助 振兴 安定 合作 平安 友好 富裕 复兴 清新 丰满 宏伟 平和 新兴 共和 新建 会同"
    " 博爱 修文 兴业 乐业 同心 富民 新民 爱民 民乐 民丰 安居 分宜 方正"
    # Where something is, and how many.
    " 中方 南部 东方 城北 城中 城西 城东 路南 路北 市南 市北 江岸 台前 南岸 站前 沿河 河口 海港 中原 平原 古城"
    " 故城 老城 万年 三门 三元 三台 九台 五台 二道 七星 九龙 天元 五常"
    # Things.
    " 石棉 公安 光明 资源 港口 运河 东风 清水 大观 前锋 长子 工农 大方 芙蓉 桃源 名山 莲花 石门 洞口 高台 平房"
    " 小店 回民 天涯 海棠 灯塔 麒麟 清流 海盐 水城 石台 盐池 盐田 铜鼓 石鼓 磐石 梨树 樟树 双塔 大竹 轮台 牧野"
    " 响水 交口 林口 城口 合水 赤水 黑水 天柱 新源 凤凰 温泉 向阳 红旗 友谊 宝塔 元宝 钟楼 木兰 玉泉 白玉 石龙"
    " 石林 石柱 龙凤 明光 红塔 白杨 白塔 古塔 白水 黄梅 金沙 白沙 武功 高明 康乐 阳春 新华 大通 大田 新田 新星"
    " 云梦 金牛 商城 路桥 天桥 牡丹 甘泉 榆树 荷塘 龙门 三江 盐湖 龙潭 上街 新市 西市 江海 通海 江口".split()
)
