//! What the findings say, in each language side by side: the API, the page and a bundle say the same, and none can be
//! forgotten. Sentences have no figure in them; those stand beside with their units.

use super::{Finding, Finding as F, Quantity};

/// A language that this server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    En,
    De,
}

impl Lang {
    const fn of(self, (en, de): Words) -> &'static str {
        match self {
            Self::En => en,
            Self::De => de,
        }
    }
}

/// English, then German.
type Words = (&'static str, &'static str);

/// What was found.
const SENTENCES: &[(Finding, Words)] = &[
    (F::FirstStart, ("This is the first run in this folder.", "Dies ist der erste Lauf in diesem Ordner.")),
    (F::CleanExit, ("The run before ended in order.", "Der vorige Lauf endete ordentlich.")),
    (F::UncleanExit, ("The run before was cut off.", "Der vorige Lauf brach ab.")),
    (F::LoadNormal, ("The machine keeps up.", "Die Maschine kommt mit.")),
    (
        F::LoadHigh,
        ("More wants to run than the machine can do.", "Es will mehr laufen, als die Maschine schafft."),
    ),
    (F::MemoryEnough, ("There is memory to spare.", "Es ist Speicher frei.")),
    (F::MemoryLow, ("Hardly any memory is left.", "Es ist kaum Speicher übrig.")),
    (F::DiskEnough, ("The disk has room.", "Die Platte hat Platz.")),
    (F::DiskLow, ("The disk is nearly full.", "Die Platte ist fast voll.")),
    (F::Storing, ("What comes in is stored.", "Was ankommt, wird gespeichert.")),
    (F::NotStoring, ("The last write was not stored.", "Das Letzte wurde nicht gespeichert.")),
    (F::DatabaseAnswers, ("The database answers.", "Die Datenbank antwortet.")),
    (F::DatabaseSilent, ("The database does not answer.", "Die Datenbank antwortet nicht.")),
    (F::IntegrityWhole, ("The database's pages are whole.", "Die Seiten der Datenbank sind heil.")),
    (F::IntegrityDamaged, ("The database is damaged.", "Die Datenbank ist beschädigt.")),
    (
        F::IntegrityUnchecked,
        (
            "The database's pages were not looked at lately.",
            "Die Seiten der Datenbank wurden länger nicht geprüft.",
        ),
    ),
    (
        F::KeyPrivate,
        ("Only this program may read the server key.", "Nur dieses Programm darf den Serverschlüssel lesen."),
    ),
    (F::KeyOpen, ("Others may read the server key.", "Andere dürfen den Serverschlüssel lesen.")),
    (F::KeyMissing, ("The server key's file is gone.", "Die Datei des Serverschlüssels ist weg.")),
    (
        F::FolderPrivate,
        (
            "Only this program may look into the data folder.",
            "Nur dieses Programm darf in den Datenordner sehen.",
        ),
    ),
    (F::FolderOpen, ("Others may look into the data folder.", "Andere dürfen in den Datenordner sehen.")),
    (F::HistoryFresh, ("This history is up to date.", "Dieser Verlauf ist auf dem Stand.")),
    (F::HistoryStale, ("This history is behind.", "Dieser Verlauf hinkt hinterher.")),
    (
        F::LinesOff,
        ("No line is watched, as it was set.", "Es wird keine Leitung beobachtet, so ist es eingestellt."),
    ),
    (F::LinesNone, ("No line is watched yet.", "Noch wird keine Leitung beobachtet.")),
    (
        F::MinutesWhole,
        ("No minute of the last 24 hours is missing.", "Keine Minute der letzten 24 Stunden fehlt."),
    ),
    (
        F::MinutesMissing,
        ("Minutes of the last 24 hours are missing.", "Minuten der letzten 24 Stunden fehlen."),
    ),
    (F::EchoesAnswered, ("Echoes are answered.", "Echos werden beantwortet.")),
    (
        F::EchoesLost,
        (
            "Many echoes of the last 24 hours were lost.",
            "Viele Echos der letzten 24 Stunden gingen verloren.",
        ),
    ),
    (F::IcmpByEcho, ("Echoes are real ones.", "Echos sind echte.")),
    (F::IcmpByTcp, ("Connections stand in for echoes.", "Verbindungen stehen für Echos ein.")),
    (
        F::IcmpRefused,
        ("The system does not let this program ask.", "Das System lässt dieses Programm nicht fragen."),
    ),
    (F::ClockSynchronized, ("The clock is kept in time.", "Die Uhr wird gestellt gehalten.")),
    (F::ClockUnsynchronized, ("Nobody keeps the clock in time.", "Niemand hält die Uhr gestellt.")),
    (
        F::ClockSteady,
        ("The clock was not set in the last hour.", "Die Uhr wurde in der letzten Stunde nicht verstellt."),
    ),
    (F::ClockStepped, ("The clock was set.", "Die Uhr wurde verstellt.")),
    (F::JobOnTime, ("This work is done on time.", "Diese Arbeit geschieht pünktlich.")),
    (F::JobLate, ("This work is late.", "Diese Arbeit ist überfällig.")),
    (
        F::JobFailing,
        ("This work failed and is tried again.", "Diese Arbeit schlug fehl und wird wieder versucht."),
    ),
    (F::QueueFree, ("Nothing piles up here.", "Hier staut sich nichts.")),
    (F::QueueFull, ("Work piles up here.", "Hier staut sich Arbeit.")),
];

/// What to do about it, where something need be done.
const MENDS: &[(Finding, Words)] = &[
    (
        F::UncleanExit,
        (
            "Nothing that was acknowledged is lost. Look at the system's log for a crash, a kill for lack of memory, or a power cut.",
            "Nichts Bestätigtes ist verloren. Im Systemprotokoll nach Absturz, Speichermangel oder Stromausfall suchen.",
        ),
    ),
    (
        F::LoadHigh,
        (
            "See what else runs here (`top`); rounds that begin late make gaps in the lines' history.",
            "Nachsehen, was hier noch läuft (`top`); verspätete Runden reißen Lücken in den Verlauf der Leitungen.",
        ),
    ),
    (
        F::MemoryLow,
        (
            "Stop what is not needed, or give the machine more memory.",
            "Beenden, was nicht gebraucht wird, oder der Maschine mehr Speicher geben.",
        ),
    ),
    (
        F::DiskLow,
        (
            "Free room on the disk of the data folder, or shorten `retention.*`.",
            "Auf der Platte des Datenordners Platz schaffen oder `retention.*` kürzen.",
        ),
    ),
    (
        F::NotStoring,
        (
            "Callers are told to come again and lose nothing. Free the disk or end what locks the database; it goes on by itself.",
            "Wer etwas abgibt, wird um einen neuen Versuch gebeten und verliert nichts. Platz schaffen oder beenden, was die Datenbank sperrt; es geht von selbst weiter.",
        ),
    ),
    (
        F::DatabaseSilent,
        (
            "See that PostgreSQL runs, or that the data folder is there; it goes on by itself.",
            "Nachsehen, ob PostgreSQL läuft oder der Datenordner da ist; es geht von selbst weiter.",
        ),
    ),
    (
        F::IntegrityDamaged,
        (
            "Stop the server and put a backup back: `steadyline restore FILE`. Then look at the disk.",
            "Den Server anhalten und eine Sicherung zurückspielen: `steadyline restore DATEI`. Dann die Platte prüfen.",
        ),
    ),
    (
        F::IntegrityUnchecked,
        (
            "It is looked at after each start and once a day; see whether the job `integrity` runs.",
            "Das geschieht nach jedem Start und täglich; nachsehen, ob die Arbeit `integrity` läuft.",
        ),
    ),
    (
        F::KeyOpen,
        (
            "Run `chmod 600 *.key` in the data folder; who read it can forge what this server signs.",
            "Im Datenordner `chmod 600 *.key` ausführen; wer ihn las, kann Unterschriften dieses Servers fälschen.",
        ),
    ),
    (
        F::KeyMissing,
        (
            "Put server.key back from where it is kept before the next start; a new one forgets every device.",
            "server.key vor dem nächsten Start aus der Verwahrung zurücklegen; ein neuer vergisst jedes Gerät.",
        ),
    ),
    (F::FolderOpen, ("Run `chmod 700` on the data folder.", "Für den Datenordner `chmod 700` ausführen.")),
    (
        F::HistoryStale,
        (
            "See the checks of storing and of the jobs here, and the log; it catches up by itself.",
            "Die Prüfungen zum Speichern und zu den Arbeiten hier und das Protokoll ansehen; es holt von selbst auf.",
        ),
    ),
    (
        F::LinesNone,
        (
            "It begins by itself once there is a default route; else name the interface in `uplinks.interfaces`.",
            "Es beginnt von selbst, sobald es eine Standardroute gibt; sonst die Schnittstelle in `uplinks.interfaces` nennen.",
        ),
    ),
    (
        F::MinutesMissing,
        (
            "This server was stopped, asleep or too busy then; what it missed is drawn as a gap.",
            "Dieser Server war da aus, im Schlaf oder überlastet; was fehlt, ist als Lücke gezeichnet.",
        ),
    ),
    (
        F::EchoesLost,
        (
            "See the line's page: the line loses them, or something on the way limits ICMP.",
            "Die Seite der Leitung ansehen: Die Leitung verliert sie, oder unterwegs wird ICMP gedrosselt.",
        ),
    ),
    (
        F::IcmpByTcp,
        (
            "Give the right: `setcap cap_net_raw+ep steadyline`, AmbientCapabilities=CAP_NET_RAW, or the sysctl net.ipv4.ping_group_range.",
            "Das Recht geben: `setcap cap_net_raw+ep steadyline`, AmbientCapabilities=CAP_NET_RAW oder sysctl net.ipv4.ping_group_range.",
        ),
    ),
    (
        F::IcmpRefused,
        (
            "Binding to an interface needs CAP_NET_RAW: `setcap cap_net_raw+ep steadyline` or AmbientCapabilities=CAP_NET_RAW.",
            "Das Binden an eine Schnittstelle braucht CAP_NET_RAW: `setcap cap_net_raw+ep steadyline` oder AmbientCapabilities=CAP_NET_RAW.",
        ),
    ),
    (
        F::ClockUnsynchronized,
        (
            "Switch NTP on (`timedatectl set-ntp true`), in a container on its host.",
            "NTP einschalten (`timedatectl set-ntp true`), bei einem Container auf dessen Host.",
        ),
    ),
    (
        F::ClockStepped,
        (
            "No minute was lost or invented. See who set it; NTP moves a clock gently once it is right.",
            "Keine Minute ging verloren oder wurde erfunden. Nachsehen, wer sie stellte; NTP führt eine richtige Uhr sanft nach.",
        ),
    ),
    (
        F::JobLate,
        (
            "See that a process with the role `all` or `work` runs, and what the log says of this job.",
            "Nachsehen, ob ein Prozess mit der Rolle `all` oder `work` läuft und was das Protokoll zu dieser Arbeit sagt.",
        ),
    ),
    (
        F::JobFailing,
        (
            "What it said stands here; it is tried again with growing pauses.",
            "Was sie sagte, steht hier; sie wird mit wachsenden Pausen wieder versucht.",
        ),
    ),
    (
        F::QueueFull,
        (
            "The disk or the machine is too slow for what comes in; see load and disk.",
            "Platte oder Maschine sind zu langsam für das, was ankommt; Last und Platte ansehen.",
        ),
    ),
];

/// What was found.
pub fn sentence(lang: Lang, finding: Finding) -> &'static str {
    find(SENTENCES, finding).map_or("", |words| lang.of(words))
}

/// What to do about it; `None` where nothing need be done.
pub fn mend(lang: Lang, finding: Finding) -> Option<&'static str> {
    find(MENDS, finding).map(|words| lang.of(words))
}

fn find(table: &[(Finding, Words)], finding: Finding) -> Option<Words> {
    table.iter().find(|(known, _)| *known == finding).map(|(_, words)| *words)
}

/// What a figure is called.
pub const fn quantity_word(lang: Lang, what: Quantity) -> &'static str {
    use Quantity as Q;
    lang.of(match what {
        Q::UpFor => ("Program runs for", "Programm läuft seit"),
        Q::MachineUpFor => ("Machine runs for", "Maschine läuft seit"),
        Q::Load => ("Load over 5 minutes", "Last über 5 Minuten"),
        Q::Cores => ("Cores", "Kerne"),
        Q::Available => ("Available", "Verfügbar"),
        Q::Total => ("Of", "Von"),
        Q::Own => ("Used by this program", "Von diesem Programm belegt"),
        Q::Free => ("Free", "Frei"),
        Q::Size => ("Size", "Größe"),
        Q::Behind => ("Behind", "Rückstand"),
        Q::Missing => ("Missing", "Fehlt"),
        Q::LongestGap => ("Longest gap", "Längste Lücke"),
        Q::Sent => ("Sent", "Gesendet"),
        Q::Lost => ("Lost", "Verloren"),
        Q::Offset => ("Off by", "Abweichung"),
        Q::Step => ("Set by", "Verstellt um"),
        Q::Late => ("Late by", "Verspätet um"),
        Q::Every => ("Every", "Alle"),
        Q::Failures => ("Failures in a row", "Fehlschläge in Folge"),
        Q::Waiting => ("Waiting", "Wartend"),
        Q::Places => ("Places", "Plätze"),
    })
}
