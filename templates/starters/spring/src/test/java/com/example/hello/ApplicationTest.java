package com.example.hello;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@SpringBootTest
@AutoConfigureMockMvc
class ApplicationTest {
    @Autowired
    private MockMvcTester client;

    @Test
    void saysHello() {
        assertThat(client.get().uri("/")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
            {"message": "Hello from Spring"}""");
    }

    @Test
    void answersPing() {
        assertThat(client.get().uri("/ping")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
            {"message": "pong"}""");
    }

    @Test
    void doesNotFindAnotherPath() {
        assertThat(client.get().uri("/nothing")).hasStatus(404);
    }
}
