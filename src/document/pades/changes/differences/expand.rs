//! Findings about the resources of a page or of the form: which font, which image.
//!
//! A resource dictionary has a dictionary for each kind of resource, which has the resources by their names
//! (ISO 32000-2 §7.8.3). A finding stands at one of them, above or below.

use super::places::users_of_resources;
use super::values::{Sides, cut_name, dict_of, follow, last_key, read, reference_at};
use super::{Describer, Difference, Direction, Located, Thing};
use crate::document::pades::changes::equal::{entry, keys};
use crate::document::pades::changes::fault::Fault;
use crate::document::pades::changes::finding::Kind;
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object};

/// Most resources that one finding becomes.
const MOST_EXPANDED: usize = 100;

/// The kinds of resource (table 34).
const CATEGORIES: &[&str] =
    &["Font", "XObject", "ExtGState", "ColorSpace", "Pattern", "Shading", "Properties", "ProcSet"];

impl Describer<'_, '_> {
    /// A finding about resources.
    pub(super) fn resources(
        &mut self,
        one: &Located,
        against: &[String],
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let plain = self.plain(one, against);
        let sides = Sides::of(&self.pair, one, budget)?;
        match place_of(&one.path) {
            Some(Place::Named { category, name, upto }) => {
                let at = |at, budget: &mut Budget| follow(self.pair.pdf, upto, at, budget);
                let holder = Sides { old: at(self.pair.old, budget)?, new: at(self.pair.new, budget)? };
                let mut difference =
                    Difference { thing: thing(category, holder.dict()), name: Some(cut_name(name)), ..plain };
                // What stands deeper belongs to a resource that was there before.
                difference.direction = if *upto == *one.path { sides.direction() } else { Direction::Changed };
                difference.show(&self.pair, &sides, budget)?;
                self.on_each_page(difference, upto, budget)?;
            }
            Some(Place::Category(category)) => self.names(&plain, category, &sides, budget)?,
            Some(Place::All) => {
                let none = Dict::default();
                let (old, new) = (dict_of(&sides.old).unwrap_or(&none), dict_of(&sides.new).unwrap_or(&none));
                let before = self.list.len();
                for key in keys(old, new) {
                    let (before, after) = (entry(old, key), entry(new, key));
                    if self.pair.same(&before, &after, budget)? {
                        continue;
                    }
                    let below = Sides {
                        old: Some(read(self.pair.pdf, Some(&before), self.pair.old, budget)?),
                        new: Some(read(self.pair.pdf, Some(&after), self.pair.new, budget)?),
                    };
                    self.names(&plain, &String::from_utf8_lossy(key), &below, budget)?;
                }
                if self.list.len() == before {
                    let direction = sides.direction();
                    self.push(Difference { thing: above(one.kind), direction, ..plain });
                }
            }
            None => {
                let mut difference = Difference {
                    thing: above(one.kind),
                    name: last_key(&one.path).map(cut_name),
                    direction: sides.direction(),
                    ..plain
                };
                difference.show(&self.pair, &sides, budget)?;
                self.push(difference);
            }
        }
        Ok(())
    }

    /// A resource that several pages share is another one on each of them.
    fn on_each_page(&mut self, difference: Difference, path: &str, budget: &mut Budget) -> Result<(), Fault> {
        let id = reference_at(self.pair.pdf, path, self.pair.new, budget)?;
        if self.users.is_none() {
            self.users = Some(users_of_resources(self.pair.pdf, self.pair.new, budget)?);
        }
        let pages = id.and_then(|id| self.users.as_ref()?.get(&id)).cloned().unwrap_or_default();
        if difference.page.is_none() || pages.is_empty() {
            self.push(difference);
            return Ok(());
        }
        for page in pages {
            self.push(Difference { page: Some(page), ..difference.clone() });
        }
        Ok(())
    }

    /// The resources of one kind that differ.
    fn names(
        &mut self,
        plain: &Difference,
        category: &str,
        sides: &Sides,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let (Some(old), Some(new)) = (names_of(&sides.old), names_of(&sides.new)) else {
            self.push(Difference {
                thing: Thing::Resource,
                name: Some(cut_name(category)),
                direction: sides.direction(),
                ..plain.clone()
            });
            return Ok(());
        };
        for (count, key) in keys(&old, &new).enumerate() {
            if count >= MOST_EXPANDED {
                self.left_out = self.left_out.saturating_add(1);
                return Ok(());
            }
            let (before, after) = (entry(&old, key), entry(&new, key));
            if self.pair.same(&before, &after, budget)? {
                continue;
            }
            let object = after.as_reference().or_else(|| before.as_reference());
            let both = Sides {
                old: Some(read(self.pair.pdf, Some(&before), self.pair.old, budget)?),
                new: Some(read(self.pair.pdf, Some(&after), self.pair.new, budget)?),
            };
            let mut difference = Difference {
                thing: thing(category, both.dict()),
                name: Some(cut_name(&String::from_utf8_lossy(key))),
                direction: both.direction(),
                ..plain.clone()
            };
            difference.object = object.map(|id| id.to_string()).or(difference.object);
            difference.show(&self.pair, &both, budget)?;
            self.push(difference);
        }
        Ok(())
    }
}

/// A dictionary of names; an empty one where there is nothing.
fn names_of(side: &Option<Object>) -> Option<Dict> {
    match side {
        Some(value) if value.is_null() => Some(Dict::default()),
        Some(value) if value.as_stream().is_none() => value.as_dict().cloned(),
        _ => None,
    }
}

/// What a path of a resource leads to.
enum Place<'t> {
    /// All resources.
    All,
    /// Those of one kind.
    Category(&'t str),
    /// One, or something below it; and the path up to it.
    Named { category: &'t str, name: &'t str, upto: &'t str },
}

/// The last resource dictionary that a path goes through.
fn place_of(path: &str) -> Option<Place<'_>> {
    let marks = ["/Resources", "/DR"];
    let ends = |mark: &str| {
        let found = path.rmatch_indices(mark).map(|(at, _)| at.saturating_add(mark.len()));
        found.filter(|end| matches!(path.as_bytes().get(*end), None | Some(b'/'))).max()
    };
    let end = marks.into_iter().filter_map(ends).max()?;
    let rest = path.get(end..)?.trim_start_matches('/');
    if rest.is_empty() {
        return Some(Place::All);
    }
    let mut steps = rest.splitn(3, '/');
    let category = steps.next().filter(|category| CATEGORIES.contains(category))?;
    match steps.next() {
        None => Some(Place::Category(category)),
        Some(name) => {
            // Two slashes: before the kind and before the name.
            let length = end.saturating_add(category.len()).saturating_add(name.len()).saturating_add(2);
            Some(Place::Named { category, name, upto: path.get(..length)? })
        }
    }
}

fn thing(category: &str, dict: Option<&Dict>) -> Thing {
    match (category, dict.and_then(|dict| dict.get_name(b"Subtype"))) {
        ("Font", _) => Thing::Font,
        ("XObject", Some(b"Image")) => Thing::Image,
        ("XObject", Some(b"Form")) => Thing::FormXObject,
        _ => Thing::Resource,
    }
}

/// What a finding is about where no resource can be named.
const fn above(kind: Kind) -> Thing {
    match kind {
        Kind::Resources => Thing::Resource,
        _ => Thing::Form,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_resource() {
        let named = |path: &'static str| match place_of(path) {
            Some(Place::Named { category, name, upto }) => (category, name, upto),
            _ => ("", "", ""),
        };
        let font = "/Root/Pages/Kids/0/Resources/Font/F1";
        assert_eq!(named(font), ("Font", "F1", font));
        assert_eq!(named("/Root/AcroForm/DR/Font/F1/Widths").2, "/Root/AcroForm/DR/Font/F1");
        let nested = "/Root/Pages/Kids/0/Resources/XObject/X1/Resources/XObject/Im/SMask";
        assert_eq!(named(nested).1, "Im");
        assert!(matches!(place_of("/Root/Pages/Kids/0/Resources"), Some(Place::All)));
        assert!(matches!(place_of("/Root/AcroForm/DR/XObject"), Some(Place::Category("XObject"))));
        for path in ["/Root/AcroForm/CO", "/Root/Pages/Kids/0/ResourcesX/Font/F1", "/", "", "/…/Resources/Odd/x"]
        {
            assert!(place_of(path).is_none(), "{path}");
        }
    }
}
