package com.example.hello;

import java.util.Map;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class HelloController {
    @GetMapping("/")
    Map<String, String> hello() {
        return Map.of("message", "Hello from Spring");
    }

    /** Tells that the application is alive; nothing else, so that a slow database does not end it. */
    @GetMapping("/ping")
    Map<String, String> ping() {
        return Map.of("message", "pong");
    }
}
