//! The help texts in Chinese, each beside its English one.
//!
//! Help is written where an argument is declared, so it can not stand there in both languages; a test demands that no text
//! of the program's is missing here.

/// English texts and their Chinese ones: of commands first, then of arguments, then of values.
pub const TEXTS: &[(&str, &str)] = &[
    ("Draw, staff, schedule and prove 双随机、一公开 spot checks", "“双随机、一公开”抽查的抽取、派员、排期与证明"),
    (
        "Exit status: 0 done or verified, 1 a definite no, 2 could not answer.",
        "退出码：0 完成或核验通过，1 明确否定，2 无法回答。",
    ),
    (
        "Change one seat, the day or the entity of one visit of a drawn plan; everything else stays as it was drawn (人工调整)",
        "变更已抽取计划中一次检查的一个席位、日期或检查对象；其余保持抽取时的样子（人工调整）",
    ),
    (
        "Who steps in, officer or entity, is the next by ticket who can; nobody chooses. A sample can not grow: that needs a new ceremony.",
        "递补的人员或检查对象，是抽签号在后、可以递补的下一个，不由人选。样本不能扩大：那需要另行抽取。",
    ),
    (
        "Judge many draws together: order of the registry, selection, void attempts, officers and pairs",
        "合并评判多次抽取：登记顺序、抽中次数、作废次数、人员与搭档",
    ),
    (
        "Each bundle is replayed first. Answers no if one does not verify, or if the samples hang on the order of the registry or on an entity more than chance allows.",
        "先重放每个计划包。有一个核验不通过，或样本与登记顺序、与某一户的关联超出偶然，则回答否。",
    ),
    (
        "Validate all inputs of a workspace, report every fault at once, and warn of weeks with too few officers",
        "校验工作文件夹的全部输入，一次报告所有差错，并对人手不足的各周发出警告",
    ),
    ("Write what a shell needs to complete commands and options", "写出命令行补全脚本"),
    (
        "Where shells look for it: bash ~/.local/share/bash-completion/completions/fairdraw, zsh a folder of $fpath as _fairdraw, fish ~/.config/fish/completions/fairdraw.fish.",
        "各 shell 的存放位置：bash 为 ~/.local/share/bash-completion/completions/fairdraw，zsh 为 $fpath 中的 _fairdraw，fish 为 ~/.config/fish/completions/fairdraw.fish。",
    ),
    (
        "Clean a table and write it in another format, by the ending of OUT: .csv, .xlsx or .parquet",
        "整理一张表并写成另一种格式，由输出文件名结尾决定：.csv、.xlsx 或 .parquet",
    ),
    (
        "Columns come under their canonical names (in XLSX their official headings), ids, dates, industries and words in their canonical forms; columns that the table does not know follow behind. A registry whose ids all have 18 characters gets them at a fixed length in Parquet, which is read fastest.",
        "各列用规范名（XLSX 用官方表头），代码、日期、行业和用词用规范写法；表中不认识的列排在后面。代码均为 18 位的名录库，在 Parquet 中按定长存放，读取最快。",
    ),
    ("Make the plan of a sealed ceremony from its recorded entropy", "由已记录的熵为已封存的抽取作出计划"),
    (
        "Record dice, sealed values and the beacon of a sealed ceremony, each typed twice",
        "记录已封存抽取的骰子、封存值和公共随机源，各输入两次",
    ),
    (
        "Each value is typed twice; a terminal shows neither, a pipe gives them on two lines. The first run records dice and sealed values and prints the pre-beacon code; the second records the beacon, when it has fallen.",
        "每个值输入两次；终端不显示，管道分两行给出。第一次运行记录骰子和封存值，并给出短码；第二次在公共随机源揭晓后记录它。",
    ),
    (
        "Say what a bundle has for an entity, an officer or an agency: frames, ticket, rank, chance, visit, team, load, and why",
        "说明计划包中某检查对象、人员或部门的情况及原因：抽样框、抽签号、序号、机会、检查、检查组、工作量",
    ),
    ("Generate the calibrated scenario of 邓州市, or a registry of any size", "生成邓州市示例数据，或任意规模的名录库"),
    (
        "Sign the head of a ledger, cosign it as a second office, verify the signatures (台账签名)",
        "为台账末条签名，由第二机关会签，核验签名（台账签名）",
    ),
    ("Make an Ed25519 key and print the half that others verify with", "生成 Ed25519 密钥，并给出供他人核验的一半"),
    (
        "Print the key of an office's own SM2 device in the form that `verify` takes",
        "把本机关 SM2 设备的公钥写成 `verify` 所需的形式",
    ),
    ("Sign the head of a ledger: a checkpoint", "为台账末条签名：检查点"),
    (
        "Cosign a checkpoint, after comparing it with the copy of the ledger that the office keeps",
        "与本机关所存台账副本对照后，会签检查点",
    ),
    ("Add the signature of an SM2 device over the checkpoint's first three lines", "加上 SM2 设备对检查点前三行的签名"),
    (
        "Verify a checkpoint: the ledger's entries, and a signature of every key that is given",
        "核验检查点：台账条目，以及所给每个密钥的签名",
    ),
    (
        "Record where and when the sheet of the last step was lodged outside the office",
        "记录上一步骤的封存单于何时交存于机关之外何处",
    ),
    ("Write the manual: one page for the program and one for each command", "写出手册：程序一页，每个命令一页"),
    (
        "Make a workspace to fill in: plan.toml, a workbook for every table, the known holidays",
        "建立待填写的工作文件夹：plan.toml、每张表的工作簿、已知的节假日",
    ),
    (
        "Write the notice that is handed over at the door, with a QR code that proves its visit (检查通知书)",
        "写出上门送达的检查通知书，其二维码可证明该次检查",
    ),
    (
        "The page prints on A4. Whoever gets it checks the QR code with `fairdraw verify --notice`.",
        "该页按 A4 打印。收到的人可用 `fairdraw verify --notice` 核对二维码。",
    ),
    (
        "Make entropy and lists of a secret plan public, after the end of its embargo",
        "保密期满后，公开保密计划的熵和名单",
    ),
    ("Make the plan of a period and write it as a bundle", "作出一期计划，写成计划包"),
    (
        "Write the public site of a plan: a folder of pages on which a firm checks itself, without any network",
        "写出计划的公示网站：一个文件夹的网页，企业可离线自查",
    ),
    (
        "The bundle is replayed first; a bundle that differs from what its inputs and entropy give is not published, nor one with identity or telephone numbers of people. While a ceremony's lists are secret, only --sealed is allowed.",
        "先重放计划包；与其输入和熵得出的不符的，或含有公民身份号码、手机号的，不予发布。名单保密期间只能用 --sealed。",
    ),
    (
        "Report how far the results are, and estimate from the samples what the whole registry is like",
        "报告结果进度，并由样本推断整个名录库的情况",
    ),
    ("Take in filled record workbooks, and list what is due and overdue", "收取填好的检查情况记录表，列出待办和超期"),
    (
        "A record has the day of the check and one result or more; nothing is assumed. Delivering a file again changes nothing. A record that says something else than before is refused, unless --correct gives the reason.",
        "一条记录有检查日期和一项或多项结果，不作任何默认。重复提交同一文件不会有变化。与先前不同的记录不予接受，除非用 --correct 写明原因。",
    ),
    (
        "Draw samples from a very large registry in Parquet or CSV, in one pass",
        "从 Parquet 或 CSV 的特大名录库中一遍抽样",
    ),
    (
        "Several tasks are given with --tasks FILE, in the form of a bundle's sample.toml (PROTOCOL.md §21.2); the registry is still read once. With --parts DIR each file's result is kept, so that a stopped draw goes on; parts made on several machines are joined by `fairdraw sample --merge 'DIR/*.part' --out BUNDLE`.",
        "多个任务用 --tasks 文件给出，写法同计划包的 sample.toml（PROTOCOL.md §21.2）；名录库仍只读一遍。用 --parts 文件夹保留每个文件的结果，中断后可续；多台机器上的各部分用 `fairdraw sample --merge 'DIR/*.part' --out BUNDLE` 合并。",
    ),
    (
        "Freeze and seal everything that decides a draw, before chance speaks",
        "在随机源揭晓之前，冻结并封存决定抽取的一切",
    ),
    (
        "Lodge the code that is printed outside the office before the beacon falls.",
        "在公共随机源揭晓之前，将给出的短码交存于本机关之外。",
    ),
    (
        "Draw a workspace many times with made-up seeds, and count how often each entity and each officer comes",
        "用虚拟种子对工作文件夹多次抽取，统计每户、每人被抽中的次数",
    ),
    (
        "Answers no if an entity came more or less often than a fair lottery lets it, by exact limits over all entities.",
        "有检查对象抽中次数超出公平抽签的精确界限，则回答否。",
    ),
    (
        "Replay a bundle from its inputs and entropy, compare every byte and run the independent checker",
        "由输入和熵重放计划包，逐字节比较，并运行独立复核",
    ),
    (
        "End an attempt for good; the sample that it gave, or would have given, stays on record",
        "永久结束一次抽取；它给出的、或本应给出的样本保留在案",
    ),
    (
        "Write the office's workbooks: plan, lists, tasks for agencies and officers, forms for the record of each visit",
        "写出机关所用工作簿：计划、名单、部门与人员的任务清单、每次检查的记录表",
    ),
    (
        "The bundles are replayed first; one that differs from what its inputs and entropy give is not written out.",
        "先重放计划包；与其输入和熵得出的不符的，不予写出。",
    ),
    ("Print this message or the help of the given subcommand(s)", "显示本帮助，或某个命令的帮助"),
    ("Print help", "显示帮助"),
    ("Print help (see more with '--help')", "显示帮助（详细内容见 '--help'）"),
    ("Print help (see a summary with '-h')", "显示帮助（摘要见 '-h'）"),
    ("Print version", "显示版本"),
    ("Print help for the subcommand(s)", "要显示其帮助的命令"),
    ("Form of the answer on stdout", "标准输出的形式"),
    ("Form of the report on stdout", "标准输出报告的形式"),
    ("Form of the summary on stdout", "标准输出摘要的形式"),
    ("Form of the report", "报告的形式"),
    ("Language of messages and reports; the locale's if not given", "消息和报告的语言；不给则按系统语言环境"),
    ("Id of the visit, as visits.csv has it", "检查编号，同 visits.csv"),
    (
        "Certificate of the officer who does not go; the seat is given up at all visits of that team on that day",
        "不能前往的人员的执法证号；该组当日各次检查的席位一并让出",
    ),
    ("Day on which the visit takes place instead", "改在哪一天检查"),
    (
        "The entity can not be checked: the next of the reserve of each task steps in, and the visit is not made",
        "检查对象无法检查：各任务由备选中的下一户递补，该次检查不再进行",
    ),
    ("Part of the day, AM or PM; that of the plan if not given", "时段，AM 或 PM；不给则同原计划"),
    (
        "Why: sick, leave, duty, left, recusal; entity-closed, entity-asked, weather, officers-short; unreachable, closed, moved",
        "原因：sick 因病、leave 请假、duty 另有公务、left 调离、recusal 回避；entity-closed 当日停业、entity-asked 对象申请、weather 天气、officers-short 人员不足；unreachable 无法联系、closed 已停业、moved 已迁出",
    ),
    ("Folders of the bundles", "各计划包的文件夹"),
    (
        "Folder of an office's own ledger, for what came after the draws; may be given several times",
        "机关自己的台账文件夹，用于抽取之后的事；可多次给出",
    ),
    (
        "Folder with plan.toml, the tables it names, and ceremony.toml",
        "含 plan.toml、其所指各表和 ceremony.toml 的文件夹",
    ),
    ("Folder of the office's ledger; WORKSPACE/ledger if not given", "机关台账的文件夹；不给则为 WORKSPACE/ledger"),
    (
        "Beijing time of the step, such as 2024-01-03T09:30:00; the clock's if not given",
        "该步骤的北京时间，例如 2024-01-03T09:30:00；不给则取时钟",
    ),
    ("Folder with plan.toml and the tables it names", "含 plan.toml 及其所指各表的文件夹"),
    (
        "Say which column of each file was taken for what, and what was left over",
        "说明每个文件的哪一列被当作什么，以及哪些未读取",
    ),
    ("Shell that the script is for", "脚本所用的 shell"),
    ("File in any format that a workspace may have", "工作文件夹可用的任何格式的文件"),
    ("File that is written", "要写出的文件"),
    ("Which table it is, where the headings do not tell", "是哪张表（由表头看不出时）"),
    ("The only sheet to read", "只读取这张工作表"),
    ("Row of the headings as the spreadsheet counts it", "表头所在行，按电子表格的行号"),
    (
        "Column to take for a canonical one, by heading, letter, or = and a value for all rows; may be given several times",
        "把哪一列当作规范列：写表头、列字母，或 = 与各行相同的值；可多次给出",
    ),
    ("Replace a file that is there already", "替换已有的文件"),
    ("Take the fallback beacon, for this reason", "改用备用公共随机源，原因如此"),
    (
        "Round of drand that is the beacon, as its service answers it: a file of JSON, or `-`",
        "作为公共随机源的 drand 轮次，照其服务的回答：一份 JSON 文件，或 `-`",
    ),
    (
        "Description of a drand chain that fairdraw does not know: what its service answers at /info",
        "fairdraw 不认识的 drand 链的说明：其服务在 /info 的回答",
    ),
    (
        "Void attempt whose record is completed, so that the sample that it would have given gets known",
        "要补全记录的已作废的抽取，使其本应给出的样本得以知晓",
    ),
    (
        "Checkpoint of the ledger (`fairdraw ledger sign`), which every --key must have signed",
        "台账的检查点（`fairdraw ledger sign`），须有每个 --key 的签名",
    ),
    (
        "Key that must have signed the checkpoint, <name>+<id>+<base64>; may be given several times",
        "必须已为检查点签名的密钥，<名称>+<编号>+<base64>；可多次给出",
    ),
    (
        "Publish this void attempt of the workspace: the whole bundle that it gave or would have given",
        "公布工作文件夹中这次已作废的抽取：它给出的、或本应给出的整个计划包",
    ),
    (
        "The office's ledger, whose amendments are made; those that an opened bundle brings along if not given",
        "机关台账，按其变更写出；不给则按已公开的计划包所附的变更",
    ),
    (
        "The office's ledger, whose amendments are told; those that an opened bundle brings along if not given",
        "机关台账，说明其变更；不给则按已公开的计划包所附的变更",
    ),
    ("Folder of the bundle", "计划包的文件夹"),
    (
        "Code of an entity, certificate number of an officer, code of an agency, or `*` for all agencies",
        "检查对象代码、人员执法证号、部门编码，或 `*` 表示全部部门",
    ),
    ("What to generate", "生成什么"),
    ("Folder with the reference facts, for dengzhou", "参考资料的文件夹（dengzhou 用）"),
    (
        "Folder that the tables are written to, or the registry's file, .parquet or .csv; files of the same names are replaced",
        "写出各表的文件夹，或名录库文件（.parquet 或 .csv）；同名文件会被替换",
    ),
    ("Number of entities of the registry", "名录库的户数"),
    (
        "Number of files that the registry is parted into, named with -1, -2, … before the ending",
        "名录库分成的文件数，文件名在结尾前加 -1、-2……",
    ),
    ("How Parquet keeps the registry's ids", "Parquet 如何存放代码"),
    ("Seed of the registry", "名录库的种子"),
    ("Number of threads; all cores if not given", "线程数；不给则用全部核心"),
    (
        "Bundle of an earlier period whose visits count as history; may be given several times",
        "往期计划包，其检查计入历史；可多次给出",
    ),
    (
        "Table of results of one of these periods: visits then count with the day and the officers on record",
        "其中一期的结果表：检查按记录的日期和人员计入",
    ),
    (
        "Name of the office, one word; for the office's own ledger also the ledger's name",
        "机关名称，一个词；用于本机关台账时也是台账名称",
    ),
    ("Make a key for cosigning ledgers of other offices", "生成会签其他机关台账的密钥"),
    (
        "File for the secret half, readable by its owner only; an existing one is kept",
        "存放私钥的文件，只有所有者可读；已有的不覆盖",
    ),
    ("Name of the office, one word", "机关名称，一个词"),
    ("Public key: 130 hex digits, 04 and the two coordinates", "公钥：130 位十六进制，04 加两个坐标"),
    ("Folder of the ledger", "台账的文件夹"),
    ("File with the secret key", "私钥文件"),
    ("File that the checkpoint is written to; stdout if not given", "检查点写入的文件；不给则为标准输出"),
    ("File with the checkpoint", "检查点文件"),
    (
        "Copy of the ledger; the checkpoint must be of its head or of an entry before",
        "台账副本；检查点须为其末条或更早的条目",
    ),
    ("Seconds since 1970; the clock's if not given", "1970 年以来的秒数；不给则取时钟"),
    ("Key of the device, as `sm2-key` prints it", "设备的密钥，同 `sm2-key` 给出的形式"),
    ("Signature in hex: 64 bytes, or DER", "十六进制签名：64 字节，或 DER"),
    ("Folder of the ledger, which may have gone on since", "台账的文件夹，此后可有新条目"),
    (
        "Key that must have signed, <name>+<id>+<base64>; may be given several times",
        "必须已签名的密钥，<名称>+<编号>+<base64>；可多次给出",
    ),
    (
        "Who holds the sheet: a notary, the office of the next higher level, a newspaper",
        "由谁保管封存单：公证处、上一级机关、报社",
    ),
    ("Beijing time at which it was handed over; that of the step if not given", "交存的北京时间；不给则同该步骤的时间"),
    ("Folder that the pages are written to", "写出各页的文件夹"),
    ("Replace pages that are there already", "替换已有的各页"),
    ("Folder that is made; it must not hold anything yet", "要建立的文件夹；其中不得已有内容"),
    ("Administrative code of the county, six digits (GB/T 2260)", "县级行政区划代码，六位数字（GB/T 2260）"),
    (
        "Name of the period, such as 2026, 2026H1, 2026Q1 or 2026-03; the folder's name if not given",
        "期次名称，例如 2026、2026H1、2026Q1 或 2026-03；不给则取文件夹名",
    ),
    ("First day, where the name of the period does not tell it", "第一天（由期次名称看不出时）"),
    ("Last day, where the name of the period does not tell it", "最后一天（由期次名称看不出时）"),
    ("File that the page is written to; stdout if not given", "页面写入的文件；不给则为标准输出"),
    ("Write the text of the QR code instead of the page", "写出二维码的文本，而不是页面"),
    ("Record of entropy from the ceremony (dr1 entropy v1)", "抽取仪式的熵记录（dr1 entropy v1）"),
    ("Seed for the plain mode, which the bundle marks as unwitnessed", "简易模式的种子，计划包会注明无见证"),
    ("Folder that the bundle is written to", "写出计划包的文件夹"),
    ("Replace a bundle that is there already", "替换已有的计划包"),
    (
        "Folder of the bundle; of a workspace, to record that its draw is public and copy what may be public to --out, or with --sealed to publish its seal before the draw",
        "计划包的文件夹；或工作文件夹：记录其抽取已公布，并把可公开的内容复制到 --out，加 --sealed 则在抽取之前公布其封存",
    ),
    (
        "Folder that the site is written to; without it a step of a ceremony is recorded and nothing is copied",
        "写出网站的文件夹；不给时，仪式的步骤只记入台账，不复制文件",
    ),
    (
        "How officers are named; with `certificate`, tables that hold their names stay unpublished",
        "如何写明人员；用 `certificate` 时，含姓名的表不公布",
    ),
    (
        "Folder for the office's own use: a printable page and a calendar file for each officer, with names",
        "机关自用的文件夹：每名人员一份可打印的任务单和日历文件，含姓名",
    ),
    ("Show the commitment and the ledger only, as long as the visits are secret", "检查保密期间，只公布承诺和台账"),
    (
        "The office's ledger as it stands now; the bundle's own, or that of the workspace, if not given",
        "机关现在的台账；不给则用计划包或工作文件夹自己的",
    ),
    (
        "With a workspace that is drawn: Beijing time of the step; the clock's if not given",
        "对已抽取的工作文件夹：该步骤的北京时间；不给则取时钟",
    ),
    ("Replace a site that is there already", "替换已有的网站"),
    ("Day of the report; that of --at or of the clock if not given", "报告日期；不给则取 --at 或时钟"),
    ("What the shares of violations are estimated by", "违规比例按什么推断"),
    ("Record workbooks that were filled in", "填好的检查情况记录表"),
    ("Day on which this is done; that of --at or of the clock if not given", "办理日期；不给则取 --at 或时钟"),
    (
        "Let records that differ replace those before, for this reason; both stay in the table",
        "以此原因用不同的记录替换先前的；两者都保留在表中",
    ),
    (
        "Publish all records: write the notice (抽查结果公示) and note the day",
        "公示全部记录：写出抽查结果公示，并记下日期",
    ),
    (
        "Publish all records on this site of the plan, which `fairdraw publish` wrote, and note the day",
        "在 `fairdraw publish` 写出的该计划网站上公示全部记录，并记下日期",
    ),
    (
        "Folder of the bundle; the drawn plan of the workspace's ledger if not given",
        "计划包的文件夹；不给则用工作文件夹台账中已抽取的计划",
    ),
    (
        "Table of results; that of the ledger, or WORKSPACE/results.csv without one, if not given",
        "结果表；不给则用台账中的，没有台账则为 WORKSPACE/results.csv",
    ),
    (
        "Calendar of a further year, for deadlines beyond the plan's own; may be given several times",
        "其他年份的日历，用于超出本计划的期限；可多次给出",
    ),
    (
        "Files of the registry, or patterns such as 'registry/*.parquet'; with --merge the parts",
        "名录库文件，或 'registry/*.parquet' 这样的模式；用 --merge 时为各部分",
    ),
    ("Column that names the stratum of an entity", "写明所属层的列"),
    (
        "Rate for all, such as '2%', or for each stratum, such as 'A=1%,B=3%'",
        "统一比例，例如 '2%'；或各层比例，例如 'A=1%,B=3%'",
    ),
    (
        "Condition on a column, such as 'industry=51*,5212'; may be given several times, and all must hold",
        "对某列的条件，例如 'industry=51*,5212'；可多次给出，须同时满足",
    ),
    ("Code of the task", "任务编码"),
    (
        "Administrative code and period whose key is used, such as 100000.2026Q4",
        "使用其密钥的行政区划代码和期次，例如 100000.2026Q4",
    ),
    ("Column of the ids; found by its heading if not given", "代码所在的列；不给则按表头查找"),
    ("Share of each sample that is drawn in reserve, such as 20%", "每个样本另抽备选的比例，例如 20%"),
    ("How shares become whole numbers", "比例如何取整"),
    (
        "What to do with rows that have no id, instead of refusing the registry",
        "没有代码的行如何处理（否则拒绝名录库）",
    ),
    ("File with several tasks, in place of the options for one", "含多个任务的文件，代替单个任务的选项"),
    ("Form of the table of picks", "抽中名单的格式"),
    (
        "Primitives of the draw: dr1 (SHA-256, ChaCha20) or dr1-gm (SM3, SM4)",
        "抽取所用的密码算法：dr1（SHA-256、ChaCha20）或 dr1-gm（SM3、SM4）",
    ),
    ("SHA-256 and ChaCha20", "SHA-256 与 ChaCha20"),
    ("SM3 and SM4", "SM3 与 SM4"),
    (
        "Folder that keeps the result of each file; what it has already is not read again",
        "保留每个文件结果的文件夹；已有的不再读",
    ),
    (
        "Join parts to the bundle of the whole registry, without reading it",
        "把各部分合并为整个名录库的计划包，不再读名录库",
    ),
    ("Draws of entities", "抽取次数"),
    (
        "Draws that are staffed and dated as well, each of them about as long as `fairdraw plan`",
        "其中还要派员排期的次数，每次约与 `fairdraw plan` 同样耗时",
    ),
    (
        "Beginning of the seeds: draw i has TEXT/i, with which `fairdraw plan --seed` makes it again",
        "种子的开头：第 i 次为 TEXT/i，可用 `fairdraw plan --seed` 重做",
    ),
    ("Folder for entities.csv, officers.csv and the pictures", "存放 entities.csv、officers.csv 和图的文件夹"),
    ("Threads, all that the machine has if not given; the result is the same", "线程数，不给则用全部；结果相同"),
    ("Replace a folder of a simulation that is there already", "替换已有的模拟结果文件夹"),
    (
        "Text of a notice's QR code, or a file that holds it, to be checked against --ledger instead of a bundle",
        "通知书二维码的文本，或存有它的文件；对照 --ledger 核验，而不核验计划包",
    ),
    (
        "Office's ledger: the bundle must be its draw, and its amendments are replayed; or what the notice is checked against",
        "机关台账：计划包须为其抽取，并重放其变更；或通知书所对照的台账",
    ),
    ("Workspace whose tables must be those that the bundle froze", "其各表须为计划包所冻结的工作文件夹"),
    (
        "Bundle of an earlier period that belongs to the history of --inputs; may be given several times",
        "属于 --inputs 历史的往期计划包；可多次给出",
    ),
    (
        "Table of results of one of these periods, which belongs to the history too; may be given several times",
        "其中一期的结果表，同样属于历史；可多次给出",
    ),
    ("Seed that the auditor knows to be the right one", "审计者所知的正确种子"),
    ("Record of entropy that the auditor knows to be the right one", "审计者所知的正确熵记录"),
    (
        "Files of the registry that a sample was drawn from, or patterns; without them a sample is checked by its own rows",
        "样本所抽的名录库文件或模式；不给则只按样本自己的行核验",
    ),
    (
        "Why the attempt ends; the reason is published and stands in the next seal",
        "结束的原因；将公布，并写入下一次封存",
    ),
    ("Folder that the workbooks are written to", "写出工作簿的文件夹"),
    (
        "Bundle of an earlier period of the year, for the yearly plan; may be given several times, in order",
        "本年往期的计划包，用于年度计划；可按顺序多次给出",
    ),
    ("Replace workbooks that are there already", "替换已有的工作簿"),
    ("Text for people", "供人阅读的文本"),
    ("One JSON document with the same fields", "字段相同的一份 JSON"),
    ("中文", "中文"),
    ("English", "英文"),
    (
        "A county-level city of 125,000 entities, 1,681 officers and 30 agencies, with the four quarters of 2024",
        "一个县级市：125,000 户、1,681 名人员、30 个部门，含 2024 年四个季度",
    ),
    (
        "A registry of any size with codes, names, industries, provinces, classes and status",
        "任意规模的名录库：代码、名称、行业、省份、分类和状态",
    ),
    ("As text", "文本"),
    ("As 18 bytes, which reads faster", "18 字节定长，读取更快"),
    ("Number of the certificate", "执法证号"),
    ("Name and number of the certificate", "姓名和执法证号"),
    ("The task as a whole", "任务整体"),
    ("Item (抽查事项)", "抽查事项"),
    ("Credit class (信用风险分类)", "信用风险分类"),
    ("Division of GB/T 4754 (行业大类)", "行业大类（GB/T 4754）"),
    ("Township (乡镇)", "乡镇"),
    ("Never fewer than the rate asks for", "不少于比例所要求的"),
    ("To the nearest, halves up", "四舍五入"),
    ("Down, but one where the stratum is not empty", "向下取整，非空的层至少一户"),
    ("Leave them out and count them", "不纳入，并计数"),
];
