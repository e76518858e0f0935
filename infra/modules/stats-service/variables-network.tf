variable "vpc_cidr" {
  description = "Addresses of the VPC; they must not overlap with the networks it is to be peered with."
  type        = string
  default     = "10.40.0.0/20"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 20, false)
    error_message = "vpc_cidr must be an IPv4 block from /16 to /20."
  }
}

variable "internal" {
  description = <<-EOT
    True if the load balancer has only private addresses. The service trusts X-User-Id, so that any client that reaches the
    load balancer can act as any learner: only what has authenticated the user may. false puts it on the internet, and
    then allowed_cidrs must name the addresses of that authenticating service.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "allowed_cidrs" {
  description = "IPv4 blocks that may reach the load balancer; without any, an internal one is reached from its VPC."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "allowed_cidrs must be IPv4 blocks, such as 198.51.100.0/28."
  }

  validation {
    condition     = var.internal || length(var.allowed_cidrs) > 0
    error_message = "A public load balancer needs allowed_cidrs: the service trusts X-User-Id, so only the authenticating service may reach it."
  }

  # The internet can be written as two halves too.
  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "allowed_cidrs must not be wider than /8: the service trusts the X-User-Id of every client that reaches it."
  }
}

variable "allow_plain_http" {
  description = "Serves HTTP without TLS on port 80, for environments without a certificate; only for an internal load balancer."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.allow_plain_http || var.internal
    error_message = "allow_plain_http is only for an internal load balancer."
  }
}

variable "certificate_arn" {
  description = "ARN of the certificate in ACM, in the same region; only with allow_plain_http may it be null."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null ? true : can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of a certificate in ACM."
  }

  validation {
    condition     = var.certificate_arn != null || var.allow_plain_http
    error_message = "certificate_arn is required unless allow_plain_http is true."
  }
}

variable "outbound_internet" {
  description = "Whether tasks get a way out through NAT. The service needs none: what it uses of AWS has endpoints in the VPC."
  type        = bool
  default     = false
  nullable    = false
}
