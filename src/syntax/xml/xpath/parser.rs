//! From tokens to an expression (XPath 1.0 §2, §3).

use super::lexer::{Placed, Token, tokens};
use super::{Axis, Comparison, Expr, Expression, Function, Operator, Step, Test, XPathError};

/// How long an expression may be, in bytes. The longest in use have a few hundred.
const LENGTH: usize = 8 << 10;

/// How deep parts of it may be nested.
const DEPTH: u32 = 48;

impl Expression {
    /// Parses an expression. `namespace` says what a prefix is bound to where the expression stands; a name without a
    /// prefix has no namespace.
    ///
    /// # Errors
    /// [`XPathError`] where it is not one, or has something that is not evaluated here.
    pub fn parse(text: &str, namespace: &dyn Fn(&str) -> Option<String>) -> Result<Self, XPathError> {
        if text.len() > LENGTH {
            return Err(XPathError::Unsupported { what: format!("an expression of {} bytes", text.len()) });
        }
        let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.len(), depth: 0, namespace };
        let root = parser.or()?;
        if parser.at < parser.tokens.len() {
            return parser.wrong();
        }
        Ok(Self { root })
    }
}

struct Parser<'n> {
    tokens: Vec<Placed>,
    at: usize,
    end: usize,
    depth: u32,
    namespace: &'n dyn Fn(&str) -> Option<String>,
}

type Parsed = Result<Expr, XPathError>;

impl Parser<'_> {
    fn wrong<T>(&self) -> Result<T, XPathError> {
        let offset = self.tokens.get(self.at).map_or(self.end, |(_, offset)| *offset);
        Err(XPathError::Syntax { offset })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn peek_after(&self) -> Option<&Token> {
        self.tokens.get(self.at.saturating_add(1)).map(|(token, _)| token)
    }

    fn step_on(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Mark(found)) if *found == mark);
        if there {
            self.step_on();
        }
        there
    }

    fn expect_mark(&mut self, mark: &str) -> Result<(), XPathError> {
        if self.take_mark(mark) { Ok(()) } else { self.wrong() }
    }

    fn take_operator(&mut self, among: &[&str]) -> Option<&'static str> {
        match self.peek() {
            Some(Token::Operator(found)) if among.contains(found) => {
                let found = *found;
                self.step_on();
                Some(found)
            }
            _ => None,
        }
    }

    fn or(&mut self) -> Parsed {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            return Err(XPathError::Unsupported { what: "an expression nested this deep".to_owned() });
        }
        let mut left = self.and()?;
        while self.take_operator(&["or"]).is_some() {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(left)
    }

    fn and(&mut self) -> Parsed {
        let mut left = self.compared(&["=", "!="], Self::relational)?;
        while self.take_operator(&["and"]).is_some() {
            left = Expr::And(Box::new(left), Box::new(self.compared(&["=", "!="], Self::relational)?));
        }
        Ok(left)
    }

    fn relational(&mut self) -> Parsed {
        self.compared(&["<", "<=", ">", ">="], Self::additive)
    }

    fn compared(&mut self, operators: &[&str], operand: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = operand(self)?;
        while let Some(operator) = self.take_operator(operators) {
            let comparison = match operator {
                "=" => Comparison::Equal,
                "!=" => Comparison::NotEqual,
                "<" => Comparison::Less,
                "<=" => Comparison::LessOrEqual,
                ">" => Comparison::Greater,
                _ => Comparison::GreaterOrEqual,
            };
            left = Expr::Compare(comparison, Box::new(left), Box::new(operand(self)?));
        }
        Ok(left)
    }

    fn additive(&mut self) -> Parsed {
        self.calculated(&["+", "-"], |parser| parser.calculated(&["*", "div", "mod"], Self::unary))
    }

    fn calculated(&mut self, operators: &[&str], operand: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = operand(self)?;
        while let Some(operator) = self.take_operator(operators) {
            let operator = match operator {
                "+" => Operator::Plus,
                "-" => Operator::Minus,
                "*" => Operator::Times,
                "div" => Operator::Divide,
                _ => Operator::Modulo,
            };
            left = Expr::Calculate(operator, Box::new(left), Box::new(operand(self)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        let mut negative = false;
        while self.take_operator(&["-"]).is_some() {
            negative = !negative;
        }
        let mut left = self.path()?;
        while self.take_mark("|") {
            left = Expr::Union(Box::new(left), Box::new(self.path()?));
        }
        Ok(if negative { Expr::Negate(Box::new(left)) } else { left })
    }

    /// `PathExpr` (§3.3).
    fn path(&mut self) -> Parsed {
        if self.begins_primary() {
            let primary = Box::new(self.primary()?);
            let predicates = self.predicates()?;
            let mut steps = Vec::new();
            if self.take_mark("//") {
                steps.push(everything());
                self.relative(&mut steps)?;
            } else if self.take_mark("/") {
                self.relative(&mut steps)?;
            }
            return Ok(if predicates.is_empty() && steps.is_empty() {
                *primary
            } else {
                Expr::Filter { primary, predicates, steps }
            });
        }
        let mut steps = Vec::new();
        let absolute = if self.take_mark("//") {
            steps.push(everything());
            self.relative(&mut steps)?;
            true
        } else if self.take_mark("/") {
            if self.begins_step() {
                self.relative(&mut steps)?;
            }
            true
        } else {
            self.relative(&mut steps)?;
            false
        };
        Ok(Expr::Path { absolute, steps })
    }

    fn begins_primary(&self) -> bool {
        match self.peek() {
            Some(Token::Literal(_) | Token::Number(_) | Token::Mark("(")) => true,
            Some(Token::Name { prefix, local }) => {
                let is_test = prefix.is_none()
                    && ["node", "text", "comment", "processing-instruction"].contains(&local.as_str());
                !is_test && matches!(self.peek_after(), Some(Token::Mark("(")))
            }
            _ => false,
        }
    }

    fn begins_step(&self) -> bool {
        matches!(self.peek(), Some(Token::Name { .. } | Token::Mark("." | ".." | "@")))
    }

    fn primary(&mut self) -> Parsed {
        let token = self.peek().cloned();
        match token {
            Some(Token::Literal(text)) => {
                self.step_on();
                Ok(Expr::Literal(text))
            }
            Some(Token::Number(value)) => {
                self.step_on();
                Ok(Expr::Number(value))
            }
            Some(Token::Mark("(")) => {
                self.step_on();
                let inner = self.or()?;
                self.expect_mark(")")?;
                Ok(inner)
            }
            Some(Token::Name { prefix, local }) => self.call(prefix.as_deref(), &local),
            _ => self.wrong(),
        }
    }

    fn call(&mut self, prefix: Option<&str>, local: &str) -> Parsed {
        let unsupported = || XPathError::Unsupported { what: cut(&format!("{local}()")) };
        let (function, fewest, most) = match prefix {
            Some(_) => None,
            None => Function::named(local),
        }
        .ok_or_else(unsupported)?;
        self.step_on();
        self.expect_mark("(")?;
        let mut arguments = Vec::new();
        if !self.take_mark(")") {
            loop {
                arguments.push(self.or()?);
                if self.take_mark(")") {
                    break;
                }
                self.expect_mark(",")?;
            }
        }
        if (fewest..=most).contains(&arguments.len()) { Ok(Expr::Call(function, arguments)) } else { self.wrong() }
    }

    fn relative(&mut self, steps: &mut Vec<Step>) -> Result<(), XPathError> {
        loop {
            steps.push(self.step()?);
            if self.take_mark("//") {
                steps.push(everything());
            } else if !self.take_mark("/") {
                return Ok(());
            }
        }
    }

    /// §2.1.
    fn step(&mut self) -> Result<Step, XPathError> {
        if self.take_mark(".") {
            return Ok(Step { axis: Axis::This, test: Test::Node, predicates: Vec::new() });
        }
        if self.take_mark("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Node, predicates: Vec::new() });
        }
        let axis = self.axis()?;
        let test = self.test(axis)?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn axis(&mut self) -> Result<Axis, XPathError> {
        if self.take_mark("@") {
            return Ok(Axis::Attribute);
        }
        let Some(Token::Name { prefix: None, local }) = self.peek() else { return Ok(Axis::Child) };
        if !matches!(self.peek_after(), Some(Token::Mark("::"))) {
            return Ok(Axis::Child);
        }
        let axis = match local.as_str() {
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "attribute" => Axis::Attribute,
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "following-sibling" => Axis::FollowingSibling,
            "namespace" => Axis::Namespace,
            "parent" => Axis::Parent,
            "preceding-sibling" => Axis::PrecedingSibling,
            "self" => Axis::This,
            other => return Err(XPathError::Unsupported { what: cut(&format!("{other}::")) }),
        };
        self.step_on();
        self.step_on();
        Ok(axis)
    }

    fn test(&mut self, axis: Axis) -> Result<Test, XPathError> {
        let Some(Token::Name { prefix, local }) = self.peek().cloned() else { return self.wrong() };
        self.step_on();
        if prefix.is_none() && self.take_mark("(") {
            let test = match local.as_str() {
                "node" => Test::Node,
                "text" => Test::Text,
                "comment" => Test::Comment,
                "processing-instruction" => match self.peek().cloned() {
                    Some(Token::Literal(target)) => {
                        self.step_on();
                        Test::Instruction(Some(target))
                    }
                    _ => Test::Instruction(None),
                },
                _ => return self.wrong(),
            };
            self.expect_mark(")")?;
            return Ok(test);
        }
        let namespace = match &prefix {
            None => String::new(),
            Some(prefix) => {
                (self.namespace)(prefix).ok_or_else(|| XPathError::UnboundPrefix { prefix: cut(prefix) })?
            }
        };
        // The name of a namespace node is its prefix, which has no namespace (§5.4).
        let namespace = if axis == Axis::Namespace { String::new() } else { namespace };
        Ok(match (prefix, local.as_str()) {
            (None, "*") => Test::Any,
            (Some(_), "*") => Test::Namespace(namespace),
            _ => Test::Name { namespace, local },
        })
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, XPathError> {
        let mut predicates = Vec::new();
        while self.take_mark("[") {
            predicates.push(self.or()?);
            self.expect_mark("]")?;
        }
        Ok(predicates)
    }
}

/// `//` is `/descendant-or-self::node()/` (§2.5).
const fn everything() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() }
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}
