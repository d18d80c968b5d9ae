//! Reads an instance (`joint-inspection-instance/1`) as a problem.

use std::collections::HashMap;
use std::error::Error;

use fairdraw::plan::staffing::{Agency, Day, DaySet, Duty, Item, Officer, Problem, Rules, Site};
use serde_json::Value;

/// Turns an instance into a problem; its positions are the instance's.
///
/// # Errors
/// If a list, number or text is missing.
pub fn read(instance: &Value) -> Result<Problem, Box<dyn Error>> {
    let rows = |name: &str| instance[name].as_array().ok_or_else(|| format!("{name} is no list"));
    let number = |value: &Value| -> Result<u32, Box<dyn Error>> {
        Ok(u32::try_from(value.as_u64().ok_or("a number is missing")?)?)
    };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("a text is missing");
    let numbers = |value: &Value| -> Result<Vec<u32>, Box<dyn Error>> {
        value.as_array().ok_or("a list is missing")?.iter().map(number).collect()
    };
    let spans = |value: &Value| -> Result<DaySet, Box<dyn Error>> {
        let mut days = DaySet::empty();
        for span in value.as_array().ok_or("a list of spans is missing")? {
            days = days.or(&DaySet::span(number(&span[0])?, number(&span[1])?));
        }
        Ok(days)
    };
    let rules = &instance["rules"];
    let dates = rows("calendar")?.iter().map(|day| text(&day["date"])).collect::<Result<Vec<_>, _>>()?;
    let all = DaySet::span(0, dates.len() as u32 - 1);
    let without = |taken: DaySet| all.iter().filter(|&day| !taken.contains(day)).collect::<DaySet>();
    let mut weeks: Vec<String> = Vec::new();
    let mut days = Vec::new();
    for day in rows("calendar")? {
        let week = text(&day["week"])?;
        if weeks.last() != Some(&week) {
            weeks.push(week);
        }
        days.push(Day { week: weeks.len() as u32, weekday: 1 });
    }
    let mut names: HashMap<String, u32> = HashMap::new();
    let mut skill = |value: &Value| -> Result<u32, &str> {
        let next = names.len() as u32;
        Ok(*names.entry(text(value)?).or_insert(next))
    };
    let mut items = Vec::new();
    for item in rows("items")? {
        items.push(Item { agency: number(&item["agency"])?, skill: Some(skill(&item["skill"])?) });
    }
    let mut officers = Vec::new();
    for row in rows("inspectors")? {
        let mut skills = Vec::new();
        for name in row["skills"].as_array().ok_or("skills are missing")? {
            skills.push(skill(name)?);
        }
        skills.sort_unstable();
        let (from, until) = (text(&row["cert"][0])?, text(&row["cert"][1])?);
        let valid = all.iter().filter(|&day| (&from..=&until).contains(&&dates[day as usize]));
        let certificate: DaySet = valid.collect();
        let townships: Option<Vec<u32>> = match &row["townships"] {
            Value::Null => None,
            list => Some(numbers(list)?),
        };
        officers.push(Officer {
            id: text(&row["id"])?,
            agency: number(&row["agency"])?,
            skills,
            townships,
            certificate,
            days: certificate.and(&without(spans(&row["leave"])?)),
            visits_max: number(&row["cap"])?,
            prior: number(&row["prior"])?,
        });
    }
    let mut sites = Vec::new();
    for row in rows("entities")? {
        let mut barred: Vec<u32> = numbers(&row["last"])?;
        barred.extend::<Vec<u32>>(numbers(&row["recused"])?);
        barred.sort_unstable();
        barred.dedup();
        sites.push(Site {
            id: text(&row["id"])?,
            township: number(&row["township"])?,
            halfdays: number(&row["halfdays"])?,
            half: None,
            open: without(spans(&row["quiet"])?),
            barred,
        });
    }
    let mut duties = Vec::new();
    for row in rows("tasks")? {
        duties.push(Duty {
            site: number(&row["entity"])?,
            agency: number(&row["agency"])?,
            items: numbers(&row["items"])?,
            first_day: number(&row["window"][0])?,
            last_day: number(&row["window"][1])?,
            closed: DaySet::empty(),
            separate: row["separate"].as_bool().ok_or("separate is missing")?,
        });
    }
    let mut agencies = Vec::new();
    for row in rows("agencies")? {
        agencies.push(Agency { id: text(&row["id"])?, teams_per_day_max: number(&row["daily_cap"])? });
    }
    Ok(Problem {
        rules: Rules {
            team_size: number(&rules["team_size"])?,
            agencies_per_visit_max: number(&rules["max_agencies_per_visit"])?,
            visits_per_day_max: number(&rules["max_visits_per_inspector_day"])?,
            hop_minutes_max: number(&rules["max_hop_minutes"])?,
            search: 1,
        },
        days,
        travel: rows("travel")?.iter().map(numbers).collect::<Result<_, Box<dyn Error>>>()?,
        agencies,
        items,
        officers,
        sites,
        duties,
    })
}
